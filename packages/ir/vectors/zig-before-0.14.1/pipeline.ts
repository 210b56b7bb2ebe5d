import { pipeline } from '@harmont/hm'
import { zig } from '@harmont/hm/toolchains'

export default { slug: 'vec', pipeline: () => pipeline([zig({ version: '0.14.0', path: 'x' }).fmt()]) }
