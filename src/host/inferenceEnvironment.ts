/** Variables of the editor that must not reach the inference process: debug ports, loaders, the editor's own plumbing. */
const dropped = /^(?:NODE_OPTIONS|NODE_INSPECT\w*|NODE_CHANNEL_FD|NODE_CHANNEL_SERIALIZATION_MODE|VSCODE_\w*|ELECTRON_\w*)$/;

/**
 * The inference process's environment.
 * @param env of the extension host
 * @param isElectron the executable is Electron, which has to be told to behave as Node
 */
export function inferenceEnvironment(env: NodeJS.ProcessEnv, isElectron = 'electron' in process.versions): NodeJS.ProcessEnv {
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !dropped.test(name)));
  return {
    ...kept,
    // One worker for native calls: evaluation then always runs on the same warm thread. With two evaluation threads
    // on two cores this alone was worth a factor of four (docs/design/0003-engine-and-threads.md).
    UV_THREADPOOL_SIZE: '1',
    ...(isElectron ? { ELECTRON_RUN_AS_NODE: '1' } : {}),
  };
}
