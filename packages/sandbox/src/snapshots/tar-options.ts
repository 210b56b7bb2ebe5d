/**
 * Returns tar's options for reading files from a view unchanged. Names come from stdin, ended by
 * NUL. @param pax further words of `--pax-option`.
 */
export function tarOptions(...pax: readonly string[]): readonly string[] {
  return [
    '--create',
    '--format=posix',
    `--pax-option=${[...pax, 'delete=atime', 'delete=ctime'].join(',')}`,
    '--sparse',
    '--sparse-version=1.0',
    '--numeric-owner',
    '--acls',
    '--xattrs',
    '--xattrs-include=user.*',
    '--xattrs-include=security.capability',
    '--no-recursion',
    '--null',
    '--verbatim-files-from',
    '--files-from=-',
    '--file=-',
  ]
}
