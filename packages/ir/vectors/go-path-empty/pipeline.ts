import { pipeline } from '@harmont/hm'
import { go } from '@harmont/hm/toolchains'

export default { slug: 'vec', pipeline: () => pipeline([go({ path: '' }).vet()]) }
