import { forever, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => pipeline([sh('echo "é 😀"\nprintf \'\\\\n\'', { key: 'k', cache: forever() })]),
}
