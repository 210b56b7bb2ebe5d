export { showHostBase, showServiceImages } from '../packages/server/src/testing/host-base.ts'
