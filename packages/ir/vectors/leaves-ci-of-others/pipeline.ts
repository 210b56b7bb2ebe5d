import { pipeline } from '@harmont/hm'
import { go, python } from '@harmont/hm/toolchains'

export default { slug: 'vec', pipeline: () => pipeline([[go()], python()]) }
