import { createReadStream } from 'node:fs'
import { type Duplex, PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { amount, type ImageLimits, ImageRefused } from './image-limits.ts'
import { blobPath, layersOf } from './layout.ts'
import { type Extent, TarMeter } from './tar-meter.ts'

const CHUNK = 256 * 1024

/**
 * Measures the disk space that `layout:image` may take when unpacked, without writing anything.
 * Throws once a limit is exceeded, before reading everything.
 */
export async function measureLayout(layout: string, limits: ImageLimits): Promise<Extent> {
  let total: Extent = { bytes: 0, entries: 0 }
  for (const { digest, mediaType } of await layersOf(layout)) {
    const before = total
    const meter = new TarMeter()
    const packed = createReadStream(blobPath(layout, digest), { highWaterMark: CHUNK })
    await pipeline(packed, unpacker(mediaType), async (unpacked: AsyncIterable<Buffer>) => {
      for await (const chunk of unpacked) {
        meter.add(chunk)
        total = sum(before, meter.extent)
        check(total, limits)
      }
    })
  }
  return total
}

function check({ bytes, entries }: Extent, limits: ImageLimits): void {
  if (bytes > limits.bytes) throw new ImageRefused(`it exceeds the limit of ${amount(limits.bytes)} unpacked`)
  if (entries > limits.entries) throw new ImageRefused(`it exceeds the limit of ${limits.entries} files and folders`)
}

function sum(one: Extent, other: Extent): Extent {
  return { bytes: one.bytes + other.bytes, entries: one.entries + other.entries }
}

/** Decides by the media type alone, as umoci does. */
function unpacker(mediaType: string): Duplex {
  if (mediaType.endsWith('+gzip')) return createGunzip({ chunkSize: CHUNK })
  if (mediaType.endsWith('+zstd')) return createZstdDecompress({ chunkSize: CHUNK })
  if (mediaType.endsWith('.tar')) return new PassThrough()
  throw new ImageRefused(`it has a layer of the unsupported type ${mediaType}`)
}
