#!/usr/bin/env python3
"""steps.py FOLDER FILE.md [--update]: does what a page tells its reader to do, in FOLDER. A block ```qbi NAME is written
to the file NAME. In a block ```console the lines that start with '$ ' are run; what stands below is what they print, on
standard output and standard error, where a line '…' stands for any lines, '…' within a line for any text, and nothing at all for anything. ```console fails:
the last command has an exit status other than 0. --update writes what was printed into the page, where there is no '…';
not where CI is set."""
import os
import pathlib
import re
import subprocess
import sys

BLOCK = re.compile(r'^```(qbi|console)([^\n]*)\n(.*?)^```', re.M | re.S)


def commands(body):
    """Pairs of a command and the lines below it."""
    found = []
    for line in body.splitlines():
        if line.startswith('$ '):
            found.append((line[2:], []))
        elif found:
            found[-1][1].append(line)
    return found


def agrees(expected, printed):
    if not expected:
        return True
    parts = '\n'.join(expected) + '\n'
    pattern = ''.join('(.*\n)*?' if line == '…' else re.escape(line).replace('…', '.*') + '\n' for line in parts.splitlines())
    return re.fullmatch(pattern, printed) is not None


def run(folder, command):
    done = subprocess.run(['bash', '-c', command], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    return done.returncode, '\n'.join(line.rstrip() for line in done.stdout.splitlines()) + '\n' if done.stdout else ''


def main():
    folder, page = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    update = '--update' in sys.argv and not os.environ.get('CI')
    text = page.read_text(encoding='utf-8')
    failures, steps = 0, 0

    def step(match):
        nonlocal failures, steps
        kind, mode, body = match.group(1), match.group(2).strip(), match.group(3)
        line = text.count('\n', 0, match.start()) + 1
        if kind == 'qbi':
            if mode and mode != 'more':
                (folder / mode).write_text(body, encoding='utf-8')
            return match.group(0)
        found, out = commands(body), []
        for k, (command, expected) in enumerate(found):
            steps += 1
            status, printed = run(folder, command)
            should_fail = mode == 'fails' and k == len(found) - 1
            fixed = update and expected and '…' not in ''.join(expected)
            if (status != 0) != should_fail or not (fixed or agrees(expected, printed)):
                failures += 1
                print(f'{page.name}:{line}: {command}: exit status {status}\n{printed}', end='')
            out += ['$ ' + command] + (printed.splitlines() if fixed else expected)
        return f'```console{" " + mode if mode else ""}\n' + '\n'.join(out) + '\n```'

    result = BLOCK.sub(step, text)
    if update and result != text:
        page.write_text(result, encoding='utf-8')
    print(f'{steps} steps, {failures} failures')
    sys.exit(1 if failures else 0)


main()
