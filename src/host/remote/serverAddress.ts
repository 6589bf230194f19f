/** Where a server is, made from what the user wrote. */
export interface ServerAddress {
  /** The API's own paths are appended to it (`/models`); no slash at its end: `http://gpu:8000/v1`. */
  readonly api: string;
  /** An engine's own paths (`/tokenize`) lie beside the API's version: `http://gpu:8000`. */
  readonly root: string;
  /** Scheme, name and port: what a key is kept for. */
  readonly origin: string;
  /** Name and port, to be shown. */
  readonly host: string;
  /** What is sent can be read by nobody on the way: https, or the same computer. */
  readonly encrypted: boolean;
}

/**
 * Reads an address: a scheme may be missing (http), so may the path (`/v1`). A user name, a password, a query and a
 * fragment are dropped: the key has its own place.
 * @returns undefined for what is no http or https address
 */
export function serverAddress(text: string): ServerAddress | undefined {
  const written = text.trim();
  if (written === '') return undefined;
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(written) ? written : `http://${written}`);
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '') return undefined;
  const path = url.pathname.replace(/\/+$/, '');
  const api = `${url.origin}${path === '' ? '/v1' : path}`;
  return {
    api,
    root: api.replace(/\/v\d+$/, ''),
    origin: url.origin,
    host: url.host,
    encrypted: url.protocol === 'https:' || isLoopback(url.hostname),
  };
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
