/**
 * Debian packages that the product and its tests need, each with a command that shows its
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
  { name: 'tini', command: 'tini-static', why: 'reaps orphaned processes of a command' },
  { name: 'nftables', command: 'nft', why: 'keeps jobs away from private addresses' },
  { name: 'iproute2', command: 'ip', why: 'sets up the network of each sandbox' },
  { name: 'skopeo', command: 'skopeo', why: 'pulls images' },
  { name: 'umoci', command: 'umoci', why: 'unpacks images' },
  { name: 'git', command: 'git', why: 'mirrors repositories' },
  { name: 'erofs-utils', command: 'mkfs.erofs', why: 'makes images of layers, which travel between runners' },
]

/** Additional packages for an ordinary user. */
export const userPackages: readonly SystemPackage[] = [
  { name: 'uidmap', command: 'newuidmap', why: 'maps the ids in sandboxes of an ordinary user' },
]

export const testPackages: readonly SystemPackage[] = [
  ...userPackages,
  { name: 'runsc', command: 'runsc', why: 'starts sandboxes with HARMONT_OCI_RUNTIME=runsc' },
  { name: 'docker-registry', command: 'docker-registry', why: 'a real registry on loopback' },
  { name: 'chromium-headless-shell', command: 'chromium-headless-shell', why: 'the browser of the tests' },
  { name: 'curl', command: 'curl', why: 'calls a server from inside a sandbox' },
  { name: 'e2fsprogs', command: 'mkfs.ext4', why: 'small disks that tests fill' },
  { name: 'procps', command: 'pgrep', why: 'finds processes of a test' },
  { name: 'mmdebstrap', command: 'mmdebstrap', why: "makes an image from Debian's packages" },
  { name: 'libcap2-bin', command: 'setcap', why: 'file capabilities of an image' },
  { name: 'python3', command: 'python3', why: 'small servers and odd system calls inside sandboxes' },
  { name: 'python3-venv', command: '/usr/share/python-wheels', why: 'environments of Python projects' },
  { name: 'kubectl', command: 'kubectl', why: 'renders the Kubernetes manifests' },
  { name: 'systemd', command: 'systemd-analyze', why: 'checks the systemd units' },
  { name: 'ceph-mon', command: 'ceph-mon', why: 'Ceph, whose S3 stores the blobs of a server' },
  { name: 'ceph-osd', command: 'ceph-osd', why: 'its object server' },
  { name: 'radosgw', command: 'radosgw', why: 'its gateway' },
  { name: 'haproxy', command: 'haproxy', why: 'load balancer for the servers of a fleet, with TLS for its runners' },
  { name: 'make', command: 'make', why: 'rebuilds changed sources' },
  { name: 'ninja-build', command: 'ninja', why: 'rebuilds changed sources' },
  { name: 'gcc', command: 'gcc', why: 'compiles the sources that make and ninja build' },
  { name: 'promtool', command: 'promtool', why: 'checks metrics, alert rules and the dashboard' },
  {
    name: 'opentelemetry-proto',
    command: '/usr/include/opentelemetry/proto/trace/v1/trace.proto',
    why: 'the definitions of the trace protocol, for the collector',
  },
  { name: 'libc6-dev', command: '/usr/include/stdio.h', why: 'headers for that compiler' },
]

/** Additional packages for `npm run test:soak`. */
export const soakPackages: readonly SystemPackage[] = [
  { name: 'patroni', command: 'patroni', why: 'makes another PostgreSQL primary when one fails' },
  { name: 'python3-etcd', command: '/usr/lib/python3/dist-packages/etcd', why: 'connects Patroni to etcd' },
  { name: 'etcd-server', command: 'etcd', why: 'records the primary that Patroni chose' },
  { name: 'postgresql', command: '/usr/lib/postgresql', why: 'programs that Patroni calls' },
  { name: 'faketime', command: 'faketime', why: 'wrong clocks for tests' },
]
