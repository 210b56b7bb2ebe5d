/**
 * File system states that are hard to keep, as scripts that each continue from the previous one.
 */
export const awkwardSteps: readonly string[] = [
  `set -e
  mkdir -p old/deep gone many /srv/anew; for i in $(seq 200); do echo $i >old/n$i; done; echo 1 >old/deep/f
  echo x >gone/g; ln gone/g gone/h; echo was-file >kind; echo one >inside; ln inside linked; touch /srv/anew/a /srv/anew/b
  echo lower >across; mkfifo fifo; ln -s loop loop; ln -s / absolute; mkdir empty; echo k >to-folder; mkdir to-file; touch to-file/x
  rm /usr/share/doc/coreutils/copyright; head -c 300000 /dev/urandom >big; chown 33:34 big; setcap cap_net_raw+ep big
  for i in $(seq 300); do echo >many/$i; done; mkdir pair; echo p >pair/one; ln pair/one partner`,
  `set -e
  python3 -c 'import os; os.rename("old", "new"); os.rename("pair", "pair-renamed"); os.rename("/usr/share/doc/bash", "/usr/share/doc/renamed")'
  rm -r gone; mkdir gone; echo fresh >gone/h; rm -r /srv/anew; mkdir /srv/anew; touch /srv/anew/c; rm kind; mkdir kind; echo in >kind/in
  rm to-folder; mkdir to-folder; rm -r to-file; echo now >to-file; ln across across-too; echo more >>linked
  install -m 4755 /bin/true setuid; install -m 2755 /bin/true setgid; mkdir sticky; chmod 1777 sticky; chmod 711 /srv
  truncate -s 5M sparse; echo end >>sparse; touch -d 2001-02-03T04:05:06.123456789Z new/deep; touch -d @1.5 big
  python3 -c 'import os
for name in [b"a\\nb", b"\\xff\\xfe", b"x" * 255, b"-rf", b" ", b"*"]:
    os.mkdir(name); open(name + b"/" + name, "w").write("in")
for name in ["new", "gone"]: os.setxattr(name, "user.note", b"\\0=\\n")
try: os.mknod("/srv/whiteout", 0o20600, 0)
except PermissionError: pass
else: raise SystemExit("a step made a whiteout")'`,
  `set -e
  rm -r to-folder; echo back >to-folder; rm to-file; mkdir to-file; rm across; rm fifo; rm -r many; mv sparse moved; chmod 600 new/n7
  python3 -c 'import os; os.removexattr("gone", "user.note")'; mv new old; touch -h -d @7 loop; rm setuid; setcap -r big; mkdir /usr/share/doc/coreutils/copyright`,
]

/** Where they work. */
export const awkwardPlaces: readonly string[] = ['/workspace', '/srv', '/usr/share/doc']

/** Makes directories so deep that their paths are longer than the kernel's limit. */
export const nestDirectories = `perl -e 'for (1..20) { mkdir "d" x 255 and chdir "d" x 255 or die }'`
