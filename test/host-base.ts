export { showHostBase } from '../packages/server/src/testing/host-base.ts'
