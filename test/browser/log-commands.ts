/** Commands that write all kinds of logs. */
import { scaled } from '@harmont/test-kit/effort'

/** Three pages of lines, and many blocks of rows. */
export const bigLines = 1000 * scaled(5, 20)
/** Number of bytes of the longest line. */
const longest = 2_000_000
/** Commands with logs that are read after the end. */
export const commands: Readonly<Record<string, string>> = {
  hostile: String.raw`
printf '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>\n'
printf '\033]8;;javascript:window.pwned=1\033\\run me\033]8;;\033\\ \033]8;;https://evil.example/x\033\\https://bank.example\033]8;;\033\\\n'
printf '\033]0;title\007\033]52;c;cHduZWQ=\007\033[2J\033[5Aquiet\033[?25l\n'
printf '\033[1;31mred over\nthe next line\033[0m plain\n'
printf 'turned \342\200\256txt.exe, nul \000, bell \007\n'
printf 'broken \377\376 bytes\n'
for i in $(seq 0 40); do printf '\r%d of 40 done' $i; done; printf '\n'
printf 'see https://example.com/docs. and src/app.ts:12:5\n'
i=0; while [ $i -lt 1300 ]; do printf '\033[3%dm.' $((i % 8)); i=$((i+1)); done; printf '\033[0m\n'
printf 'tower a'; i=0; while [ $i -lt 300 ]; do printf '\314\201'; i=$((i+1)); done; printf ' end\n'
head -c ${longest} /dev/zero | tr '\0' x; printf '\n'
i=1; while [ $i -le 2000 ]; do printf '\r%d of 2000 packages' $i; i=$((i+1)); done; printf '\n'
printf 'after the long one\n'
printf 'no line feed at the end'`,
  groups: String.raw`
printf -- '--- Install\n'; seq 300
sleep 0.1; echo 'a warning' >&2; sleep 0.1
printf '+++ Test\n'; seq 5
printf '~~~ Details\n'; seq 50
printf '::group::Deploy\nError: cannot deploy\nx\n::endgroup::\nthe end\n'
exit 3`,
  big: `i=1; while [ $i -le ${bigLines} ]; do case $((i % 1000)) in 7) echo "needle $i needle";; *) echo "line $i of a long log, with number $((i * 7919 % 1000)), and with words enough that it does not fit into a narrow window";; esac; i=$((i+1)); done`,
  empty: 'exit 0',
}
