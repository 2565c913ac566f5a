/** One side speaks TLS and the other does not; neither says so by itself. */

/** TLS was asked for, and the server answers in plain text. */
export const noTls = (): Error =>
  Object.assign(new Error('the server has no TLS'), { code: 'HANDSHAKE_NO_SSL_SUPPORT' });

/** Plain text was sent, and the server answers a greeting of TLS. */
export const onlyTls = (): Error =>
  Object.assign(new Error('the server takes nobody without TLS'), { code: 'TLS_ONLY' });
