/** What commands print when something around them is wrong, and what that is. The first that fits the last lines is taken; `$1` is the first group. */
export const logCauses: readonly (readonly [pattern: RegExp, cause: string])[] = [
  // Of the first process of a sandbox, before there is a command.
  [/^\[FATAL tini \(\d+\)\] exec sh failed/m, 'the file system of the step has no sh, which runs its command'],
  [/(?i:no space left on device)|\bENOSPC\b/, 'the disk is full'],
  [/(?i:disk quota exceeded)|\bEDQUOT\b/, 'the disk quota is exceeded'],
  [/heap out of memory/i, 'out of memory: Node.js reached its heap limit (NODE_OPTIONS=--max-old-space-size=MB)'],
  [/java\.lang\.OutOfMemoryError/, 'out of memory: the Java heap is full (-Xmx)'],
  [/(?i:cannot allocate memory|out of memory|std::bad_alloc|MemoryError)|\bENOMEM\b/, 'out of memory'],
  [/exec format error/i, 'a program for another CPU architecture, or a script without #! line'],
  [
    /\^M: bad interpreter|bad interpreter: [^\n]{0,200}\^M|\/usr\/bin\/env: .{0,3}\w+\\r/,
    'a script with Windows line endings (CRLF)',
  ],
  [/version [`'"]?(GLIBC_[\d.]+)['"]? not found/, 'a program built for a newer system: the image lacks $1'],
  [/error while loading shared libraries: ([\w.+-]{1,80})/, 'the image lacks the library $1'],
  [
    /could not resolve host:? ([\w.-]{1,120})|getaddrinfo (?:ENOTFOUND|EAI_AGAIN) ([\w.-]{1,120})|lookup ([\w.-]{1,120})(?: on [^ ]{1,60})?: no such host/i,
    'the host name $1 cannot be resolved: no network, or a wrong name',
  ],
  [
    /(?i:temporary failure in name resolution|name or service not known|could not resolve|no such host|nodename nor servname)|\b(?:ENOTFOUND|EAI_AGAIN)\b/,
    'a host name cannot be resolved: no network, or a wrong name',
  ],
  [
    /(?i:network is unreachable|no route to host)|\b(?:ENETUNREACH|EHOSTUNREACH)\b/,
    'no network, or no route to that host',
  ],
  [/(?i:connection refused)|\bECONNREFUSED\b/, 'connection refused: a service that is not up, or a wrong port'],
  [/(?i:connection reset|unexpected eof while reading)|\bECONNRESET\b/, 'the connection was reset: a retry may pass'],
  [/(?i:connection timed out|operation timed out|i\/o timeout)|\bETIMEDOUT\b/, 'a network time-out'],
  [
    /certificate verify failed|self.signed certificate|unable to get local issuer certificate|x509: /i,
    'a TLS certificate that is not trusted: CA certificates missing in the image, or a proxy between',
  ],
  [/too many requests|rate limit exceeded|\b429\b.{0,20}error/i, 'a rate limit of a service'],
  [/\b401 unauthorized|authentication failed|invalid credentials/i, 'credentials that are missing or wrong'],
  [/\b403 forbidden/i, 'credentials without the right to this'],
  [/(?i:address already in use)|\bEADDRINUSE\b/, 'its port is taken by another process'],
  [/(?i:too many open files)|\bEMFILE\b/, 'the open file limit was reached'],
  [/detected dubious ownership/i, 'git refuses a directory of another user (git config safe.directory)'],
  [/No module named ['"]?([\w.]{1,80})/, 'the Python module $1 is not installed'],
  [/Cannot find (?:module|package) ['"]([^'"]{1,120})['"]/, 'the module $1 is not installed, or its path is wrong'],
  [/fatal error: ([^\s:]{1,120}): No such file or directory/, 'the header $1 is missing: a development package'],
  [
    /(?i:permission denied|operation not permitted)|\b(?:EACCES|EPERM)\b/,
    'its user lacks permission for a file or operation',
  ],
]
