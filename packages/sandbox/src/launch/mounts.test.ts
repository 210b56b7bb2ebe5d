import { expect, it } from 'vitest'
import { layerStack, rootFstab, viewFstab } from './mounts.ts'

const image = '/images/root'
const mixed = layerStack(image, ['mounts/one', 'snapshots/two/layer'])
const directories = layerStack(image, ['snapshots/two/layer'])

function fstab(stack: typeof mixed): string {
  return rootFstab({
    directory: '/driver',
    rootId: 200_000,
    stack,
    upper: 'upper',
    work: 'work',
    readOnlyMounts: [],
    runtimeStage: [],
    resolvConf: null,
    hosts: null,
    secrets: null,
  })
}

it('overlays on images have no composed inode numbers, whatever the kernel’s default', () => {
  for (const text of [fstab(mixed), viewFstab([mixed])]) expect(text).toMatch(/^overlay .*,xino=off,/m)
  for (const text of [fstab(directories), viewFstab([directories])]) expect(text).not.toContain('xino')
})

it('a launcher maps the ids of all images in one step, and only where there are some', () => {
  expect(fstab(mixed)).toMatch(/^\/driver \/run\/harmont\/files none rbind,\S*idmap/m)
  expect(fstab(mixed)).toContain('lowerdir+=/run/harmont/files/mounts/one,lowerdir+=/run/harmont/snapshots/two/layer')
  expect(fstab(directories)).toMatch(/^\/driver \/run\/harmont\/files none bind,/m)
})
