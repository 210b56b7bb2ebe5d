import { pipeline, sh } from '@harmont/hm'

export default { slug: 'vec', pipeline: () => pipeline([sh('make a').sh('make b').sh('make c')]) }
