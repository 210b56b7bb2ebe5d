import { effort } from '@harmont/test-kit/effort'
import { driverConformance } from './driver-conformance.ts'
import { markedProcesses, openDriver } from './runsc.test-support.ts'

driverConformance('oci with runsc', {
  module: new URL('runsc.test-support.ts', import.meta.url),
  openDriver,
  markedProcesses,
  // Without raw packets: crun grants their capability, but no such socket can be opened.
  capabilities: '00000000a80405fb',
  // fuse and tun belong to the sandbox's own kernel.
  devices: ['full', 'fuse', 'net/tun', 'null', 'ptmx', 'pts/ptmx', 'random', 'tty', 'urandom', 'zero'].map(
    (name) => `/dev/${name}`,
  ),
  keepsAttributes: false,
  without: new Set(),
  // Everything, in soak.
  only: effort < 5 ? 'runtime' : undefined,
  sizes: { chain: 10, siblings: 4, atOnce: 8 },
  image: 'host',
})
