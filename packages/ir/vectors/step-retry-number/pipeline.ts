import { pipeline, sh } from '@harmont/hm'

export default { slug: 'vec', pipeline: () => pipeline([sh('make a', { label: 'a', retry: 2 })]) }
