import { pipeline, sh } from '@harmont/hm'

export default { slug: 'nightly-build', pipeline: () => pipeline([sh('make a', { label: 'a' })]) }
