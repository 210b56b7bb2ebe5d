import { pipeline, sh, ttl } from '@harmont/hm'

export default { slug: 'vec', pipeline: () => pipeline([sh('make', { key: 'ttl', cache: ttl('1h') })]) }
