import { execFileSync } from 'node:child_process'

/** Makes directories in `path` so deep that their paths are longer than the kernel's limit. */
export function nest(path: string): void {
  const script = 'chdir shift or die; for (1 .. 20) { mkdir $ARGV[0] and chdir $ARGV[0] or die }'
  execFileSync('perl', [
    '-e',
    `${script} open my $file, ">", "file" or die; print $file "x" x 100_000`,
    path,
    'n'.repeat(250),
  ])
}
