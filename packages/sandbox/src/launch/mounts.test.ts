import { expect, it } from 'vitest'
import { fstabOf } from './fstab.ts'
import { layerStack, rootMounts, type ViewedStack, viewMounts } from './mounts.ts'

const image = '/images/root'
const mixed = layerStack(image, ['mounts/one', 'snapshots/two/layer'])
const directories = layerStack(image, ['snapshots/two/layer'])

function fstab(stack: typeof mixed): string {
  const mounts = rootMounts({
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
  return fstabOf(mounts)
}

const view = (stack: ViewedStack): string => fstabOf(viewMounts([stack]))

it('overlays on images disable composed inode numbers, whatever the kernel’s default', () => {
  for (const text of [fstab(mixed), view(mixed)]) expect(text).toMatch(/^overlay .*,xino=off,/m)
  for (const text of [fstab(directories), view(directories)]) expect(text).not.toContain('xino')
})

it('a launcher maps the ids of all images in one step, and only if there are images', () => {
  expect(fstab(mixed)).toMatch(/^\/driver \/run\/harmont\/files none rbind,\S*idmap/m)
  expect(fstab(mixed)).toContain('lowerdir+=/run/harmont/files/mounts/one,lowerdir+=/run/harmont/snapshots/two/layer')
  expect(fstab(directories)).toMatch(/^\/driver \/run\/harmont\/files none bind,/m)
})
