/** Options of tar for reading files out of a view as they are, named on its input and ended by NUL; `pax` are further words of `--pax-option`. */
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
