import { effort } from '@harmont/test-kit/effort'
import { privilegeMode } from '../src/privilege/privilege-mode.ts'
import { driverConformance } from './driver-conformance.ts'
import { markedProcesses } from './machine.ts'
import { openDriver } from './test-driver.ts'

driverConformance('oci', {
  module: new URL('test-driver.ts', import.meta.url),
  openDriver,
  markedProcesses,
  capabilities: '00000000a80425fb',
  devices: ['full', 'null', 'ptmx', 'pts/ptmx', 'random', 'tty', 'urandom', 'zero'].map((name) => `/dev/${name}`),
  keepsAttributes: true,
  without: new Set(privilegeMode.kind === 'mapped' ? (['network', 'groups', 'rename', 'owners'] as const) : []),
  // Everything, in soak.
  only: privilegeMode.kind === 'mapped' && effort < 5 ? 'user' : undefined,
  sizes: { chain: 10, siblings: 4, atOnce: 8 },
  image: 'host',
})
