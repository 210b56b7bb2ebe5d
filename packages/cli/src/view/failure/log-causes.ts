export type Cause = readonly [pattern: RegExp, cause: string]

/**
 * Unresolved host names. A failed download reports one before the command that it should have
 * installed is not found.
 */
export const hostCauses: readonly Cause[] = [
  [
    /could not resolve host:? ([\w.-]{1,120})|getaddrinfo (?:ENOTFOUND|EAI_AGAIN) ([\w.-]{1,120})|lookup ([\w.-]{1,120})(?: on [^ ]{1,60})?: no such host/i,
    'the host name $1 cannot be resolved: no network, or a wrong name',
  ],
  [
    /(?i:temporary failure in name resolution|name or service not known|could not resolve|no such host|nodename nor servname)|\b(?:ENOTFOUND|EAI_AGAIN)\b/,
    'a host name cannot be resolved: no network, or a wrong name',
  ],
]

/**
 * Messages of common failures and their causes. The first pattern that matches the last lines is
 * used; `$1` is its first group.
 */
export const logCauses: readonly Cause[] = [
  // Printed by the first process of a sandbox, before the command starts.
  [/^\[FATAL tini \(\d+\)\] exec sh failed/m, 'the file system of the step has no sh, which runs its command'],
  [/(?i:no space left on device)|\bENOSPC\b/, 'the disk is full'],
  [/(?i:disk quota exceeded)|\bEDQUOT\b/, 'the disk quota is exceeded'],
  [/heap out of memory/i, 'out of memory: Node.js reached its heap limit (NODE_OPTIONS=--max-old-space-size=MB)'],
  [/java\.lang\.OutOfMemoryError/, 'out of memory: the Java heap is full (-Xmx)'],
  [/(?i:cannot allocate memory|out of memory|std::bad_alloc|MemoryError)|\bENOMEM\b/, 'out of memory'],
  [/exec format error/i, 'the program is for another CPU architecture, or the script has no #! line'],
  [
    /\^M: bad interpreter|bad interpreter: [^\n]{0,200}\^M|\/usr\/bin\/env: .{0,3}\w+\\r/,
    'a script has Windows line endings (CRLF)',
  ],
  [/version [`'"]?(GLIBC_[\d.]+)['"]? not found/, 'the program was built for a newer system: the image lacks $1'],
  [/error while loading shared libraries: ([\w.+-]{1,80})/, 'the image lacks the library $1'],
  ...hostCauses,
  [
    /(?i:network is unreachable|no route to host)|\b(?:ENETUNREACH|EHOSTUNREACH)\b/,
    'no network, or no route to that host',
  ],
  [/(?i:connection refused)|\bECONNREFUSED\b/, 'connection refused: the service is not up, or the port is wrong'],
  [/(?i:connection reset|unexpected eof while reading)|\bECONNRESET\b/, 'the connection was reset: a retry may pass'],
  [/(?i:connection timed out|operation timed out|i\/o timeout)|\bETIMEDOUT\b/, 'the connection timed out'],
  [
    /certificate verify failed|self.signed certificate|unable to get local issuer certificate|x509: /i,
    'a TLS certificate is not trusted: the image lacks CA certificates, or a proxy replaces them',
  ],
  [
    /too many requests|rate limit exceeded|\b429\b.{0,20}error/i,
    'a service refused the request: its rate limit is exceeded',
  ],
  [/\b401 unauthorized|authentication failed|invalid credentials/i, 'the credentials are missing or wrong'],
  [/\b403 forbidden/i, 'the credentials do not allow this'],
  [/(?i:address already in use)|\bEADDRINUSE\b/, 'another process uses its port'],
  [/(?i:too many open files)|\bEMFILE\b/, 'the open file limit was reached'],
  [/detected dubious ownership/i, 'git refuses a directory of another user (git config safe.directory)'],
  [/No module named ['"]?([\w.]{1,80})/, 'the Python module $1 is not installed'],
  [/Cannot find (?:module|package) ['"]([^'"]{1,120})['"]/, 'the module $1 is not installed, or its path is wrong'],
  [
    /fatal error: ([^\s:]{1,120}): No such file or directory/,
    'the header $1 is missing: install its development package',
  ],
  [
    /(?i:permission denied|operation not permitted)|\b(?:EACCES|EPERM)\b/,
    'its user lacks permission for a file or operation',
  ],
]
