/** The registry that the user's npm would ask for a package, by npm's own rules (docs.npmjs.com, npmrc). */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

export interface Registry {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token?: string;
}

const publicRegistry = 'https://registry.npmjs.org';

/**
 * @param scope of the package, such as `@node-llama-cpp`
 * @param setting of Lemma; counts first
 * @param env of the extension host; npm reads `npm_config_registry` and `npm_config_userconfig` from it
 */
export async function findRegistry(scope: string, setting: string, env: NodeJS.ProcessEnv): Promise<Registry> {
  const own = await readNpmrc(env.npm_config_userconfig ?? env.NPM_CONFIG_USERCONFIG ?? path.join(homedir(), '.npmrc'), env);
  const wanted =
    setting ||
    env[`npm_config_${scope}:registry`] ||
    own.get(`${scope}:registry`) ||
    env.npm_config_registry ||
    env.NPM_CONFIG_REGISTRY ||
    own.get('registry') ||
    publicRegistry;
  const url = (URL.canParse(wanted) && /^https?:/i.test(wanted) ? wanted : publicRegistry).replace(/\/+$/, '');
  const token = own.get(`${url.replace(/^https?:/i, '')}/:_authToken`);
  return { url, ...(token ? { token } : {}) };
}

/** Lines of `key=value`; `${NAME}` stands for a variable of the environment. */
async function readNpmrc(file: string, env: NodeJS.ProcessEnv): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const entries = text.split('\n').flatMap((line): [string, string][] => {
    const match = /^\s*([^#;=\s][^=]*?)\s*=\s*"?(.*?)"?\s*$/.exec(line);
    const [, key, value] = match ?? [];
    if (key === undefined || value === undefined) return [];
    return [[key, value.replace(/\$\{([^}]+)\}/g, (whole, name: string) => env[name] ?? whole)]];
  });
  return new Map(entries);
}
