/** What commands print when something around them is wrong, and what that is. The first that fits the last lines is taken; `$1` is the first group. */
export const logCauses: readonly (readonly [pattern: RegExp, cause: string])[] = [
  [/no space left on device|ENOSPC/i, 'the disk is full'],
  [/disk quota exceeded|EDQUOT/i, 'the disk quota is used up'],
  [/heap out of memory/i, 'out of memory: Node.js reached its heap limit (NODE_OPTIONS=--max-old-space-size=MB)'],
  [/java\.lang\.OutOfMemoryError/, 'out of memory: the Java heap is full (-Xmx)'],
  [/cannot allocate memory|ENOMEM|out of memory|std::bad_alloc|MemoryError/i, 'out of memory'],
  [/exec format error/i, 'a program for another CPU architecture, or a script without #! line'],
  [/bad interpreter: .*\^M|\/usr\/bin\/env: .{0,3}\w+\\r/, 'a script with Windows line endings (CRLF)'],
  [/version [`'"]?(GLIBC_[\d.]+)['"]? not found/, 'a program built for a newer system: the image lacks $1'],
  [/error while loading shared libraries: ([\w.+-]{1,80})/, 'the image lacks the library $1'],
  [
    /could not resolve host:? ([\w.-]{1,120})|getaddrinfo (?:ENOTFOUND|EAI_AGAIN) ([\w.-]{1,120})|lookup ([\w.-]{1,120})(?: on [^ ]{1,60})?: no such host/i,
    'the host name $1 cannot be resolved: no network, or a wrong name',
  ],
  [
    /temporary failure in name resolution|name or service not known|could not resolve|ENOTFOUND|EAI_AGAIN|no such host|nodename nor servname/i,
    'a host name cannot be resolved: no network, or a wrong name',
  ],
  [/network is unreachable|ENETUNREACH|no route to host|EHOSTUNREACH/i, 'no network, or no way to that host'],
  [
    /connection refused|ECONNREFUSED/i,
    'nothing listens where it connected to: a service that is not up, or a wrong port',
  ],
  [
    /connection reset|ECONNRESET|unexpected eof while reading/i,
    'the other side broke the connection off: a try later may pass',
  ],
  [/connection timed out|ETIMEDOUT|operation timed out|i\/o timeout/i, 'a network time-out'],
  [
    /certificate verify failed|self.signed certificate|unable to get local issuer certificate|x509: /i,
    'a TLS certificate that is not trusted: CA certificates missing in the image, or a proxy between',
  ],
  [/too many requests|rate limit exceeded|\b429\b.{0,20}error/i, 'a rate limit of a service'],
  [/\b401 unauthorized|authentication failed|invalid credentials/i, 'credentials that are missing or wrong'],
  [/\b403 forbidden/i, 'credentials without the right to this'],
  [/address already in use|EADDRINUSE/i, 'its port is taken by another process'],
  [/too many open files|EMFILE/i, 'the limit of open files'],
  [/detected dubious ownership/i, 'git refuses a directory of another user (git config safe.directory)'],
  [/No module named ['"]?([\w.]{1,80})/, 'the Python module $1 is not installed'],
  [/Cannot find (?:module|package) ['"]([^'"]{1,120})['"]/, 'the module $1 is not installed, or its path is wrong'],
  [/fatal error: ([^\s:]{1,120}): No such file or directory/, 'the header $1 is missing: a development package'],
  [/permission denied|EACCES|operation not permitted|EPERM/i, 'a file or operation that its user may not use'],
]
