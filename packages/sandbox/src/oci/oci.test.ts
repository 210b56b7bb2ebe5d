import { driverConformance } from '../conformance.ts'
import { openDriver } from './test-driver.ts'

driverConformance('oci', { module: new URL('test-driver.ts', import.meta.url), openDriver, image: 'host' })
