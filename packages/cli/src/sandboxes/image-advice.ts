import type { ImageProblem } from '@harmont/sandbox'

/** Returns the remedy for an image that cannot be pulled here: one command, where there is one. */
export function imageAdvice(problem: ImageProblem, image: string): string {
  switch (problem) {
    case 'name':
      return 'Correct the name.'
    case 'denied':
    case 'limited':
      return `Sign in to the registry: skopeo login ${registryOf(image)}`
    case 'unreachable':
      return "To run on this machine's tools instead: hm config set sandbox.image_fallback host-any"
    case 'disk':
      return 'Make room: hm cache clean'
    case 'unknown':
      return 'For what the tool said: hm run --verbose'
    default:
      return `Import it: hm image import FILE.tar ${image}`
  }
}

function registryOf(image: string): string {
  const first = image.includes('/') ? (image.split('/')[0] ?? '') : ''
  return /[.:]|^localhost$/.test(first) ? first : 'docker.io'
}
