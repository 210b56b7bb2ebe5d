/**
 * Debian packages that the product and its tests need, each with a command that proves its
 * presence.
 */
export interface SystemPackage {
  readonly name: string
  readonly command: string
  readonly why: string
}

export const productPackages: readonly SystemPackage[] = [
  { name: 'crun', command: 'crun', why: 'starts the sandboxes' },
  { name: 'conmon', command: 'conmon', why: 'keeps a command running when the server dies' },
  { name: 'tini', command: 'tini-static', why: 'reaps what a command leaves behind' },
  { name: 'nftables', command: 'nft', why: 'keeps jobs away from private addresses' },
  { name: 'iproute2', command: 'ip', why: 'gives each sandbox its network' },
  { name: 'skopeo', command: 'skopeo', why: 'pulls images' },
  { name: 'umoci', command: 'umoci', why: 'unpacks images' },
  { name: 'git', command: 'git', why: 'mirrors repositories' },
  { name: 'erofs-utils', command: 'mkfs.erofs', why: 'makes images of layers, which travel between runners' },
]

/** Packages that an ordinary user needs in addition. */
export const userPackages: readonly SystemPackage[] = [
  { name: 'uidmap', command: 'newuidmap', why: 'gives sandboxes of an ordinary user ids of their own' },
]

export const testPackages: readonly SystemPackage[] = [
  ...userPackages,
  { name: 'runsc', command: 'runsc', why: 'starts sandboxes where HARMONT_OCI_RUNTIME=runsc asks for it' },
  { name: 'docker-registry', command: 'docker-registry', why: 'a real registry on loopback' },
  { name: 'chromium-headless-shell', command: 'chromium-headless-shell', why: 'the browser of those who sign in' },
  { name: 'curl', command: 'curl', why: 'asks a server from inside a sandbox' },
  { name: 'e2fsprogs', command: 'mkfs.ext4', why: 'small disks that tests fill' },
  { name: 'procps', command: 'pgrep', why: 'finds processes of a test' },
  { name: 'mmdebstrap', command: 'mmdebstrap', why: "makes an image from Debian's packages" },
  { name: 'libcap2-bin', command: 'setcap', why: 'file capabilities of an image' },
  { name: 'python3', command: 'python3', why: 'small servers and odd system calls inside sandboxes' },
  { name: 'python3-venv', command: '/usr/share/python-wheels', why: 'environments of Python projects' },
  { name: 'kubectl', command: 'kubectl', why: 'renders the files of Kubernetes' },
  { name: 'systemd', command: 'systemd-analyze', why: 'reads the units of systemd' },
  { name: 'ceph-mon', command: 'ceph-mon', why: "S3 of Ceph's, which a server's blobs are put into" },
  { name: 'ceph-osd', command: 'ceph-osd', why: 'its object server' },
  { name: 'radosgw', command: 'radosgw', why: 'its gateway' },
  { name: 'haproxy', command: 'haproxy', why: 'before the servers of a fleet, with TLS for its runners' },
  { name: 'make', command: 'make', why: 'builds a changed source anew' },
  { name: 'ninja-build', command: 'ninja', why: 'builds a changed source anew' },
  { name: 'gcc', command: 'gcc', why: 'compiles what make and ninja build' },
  { name: 'promtool', command: 'promtool', why: 'checks metrics, alert rules and the dashboard' },
  {
    name: 'opentelemetry-proto',
    command: '/usr/include/opentelemetry/proto/trace/v1/trace.proto',
    why: 'the protocol of traces, for the collector',
  },
  { name: 'libc6-dev', command: '/usr/include/stdio.h', why: 'headers for that compiler' },
]

/** Packages that `npm run test:soak` needs in addition. */
export const soakPackages: readonly SystemPackage[] = [
  { name: 'patroni', command: 'patroni', why: 'makes another PostgreSQL primary when one fails' },
  { name: 'python3-etcd', command: '/usr/lib/python3/dist-packages/etcd', why: 'how Patroni asks etcd' },
  { name: 'etcd-server', command: 'etcd', why: 'where Patroni agrees on the primary' },
  { name: 'postgresql', command: '/usr/lib/postgresql', why: 'with the programs that Patroni calls' },
  { name: 'faketime', command: 'faketime', why: 'clocks that are off' },
]
