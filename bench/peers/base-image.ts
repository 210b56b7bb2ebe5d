import { join } from 'node:path'
import { output } from './commands.ts'
import { manyFiles } from './many-files.ts'

interface Archives {
  /** A root file system that contains only busybox. */
  readonly base: string
  /** The same root file system with 100,000 files, 2 GB. */
  readonly large: string
}

/** Writes archives of both root file systems below a folder. */
export async function writeArchives(folder: string): Promise<Archives> {
  const [base, large] = [join(folder, 'base.tar'), join(folder, 'large.tar')]
  const script = [
    'mkdir -p root/bin root/tmp',
    'cp /bin/busybox root/bin/',
    'chroot root /bin/busybox --install -s /bin',
    `tar -C root -cf ${base} .`,
    `mkdir root/data && (cd root/data && ${manyFiles})`,
    `tar -C root -cf ${large} .`,
    'rm -r root',
  ]
  await output({ folder, line: ['sh', '-ec', script.join('\n')] })
  return { base, large }
}
