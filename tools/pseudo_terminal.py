"""Runs a program at a pseudo-terminal of its own, where keys go through the system's line discipline as they do for a person.

The first line of standard input says what is run; each further one is something that happens at the terminal. What the
program writes comes out as lines of JSON; the last one says how it ended. When standard input ends, the program is killed.
"""

import codecs, fcntl, json, os, select, signal, struct, subprocess, sys, termios


def say(**what):
    print(json.dumps(what), flush=True)


def resize(terminal, rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def own_terminal():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def start(told, slave):
    env = told["env"] if told["clearEnv"] else {**os.environ, **told["env"]}
    out = subprocess.PIPE if told["piped"] else slave
    return subprocess.Popen(
        told["words"], stdin=slave, stdout=out, stderr=slave, cwd=told["cwd"], env=env, preexec_fn=own_terminal
    )


def obey(line, child, master):
    act = json.loads(line)
    if "keys" in act:
        os.write(master, act["keys"].encode())
    if "signal" in act:
        child.send_signal(getattr(signal, act["signal"]))
    if "size" in act:
        resize(master, *act["size"])
        child.send_signal(signal.SIGWINCH)


class Reader:
    """Hands on the text of a stream, whose characters may come in pieces."""

    def __init__(self, stream, name):
        self.stream, self.name = stream, name
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def hand_on(self):
        try:
            got = os.read(self.stream, 65536)
        except OSError:
            got = b""
        text = self.decoder.decode(got)
        if text:
            say(**{self.name: text})
        return bool(got)


def main():
    told = json.loads(sys.stdin.readline())
    master, slave = os.openpty()
    resize(slave, *told["size"])
    before = termios.tcgetattr(slave)
    child = start(told, slave)
    readers = {master: Reader(master, "screen")}
    if told["piped"]:
        readers[child.stdout.fileno()] = Reader(child.stdout.fileno(), "out")
    commands, rest = sys.stdin.fileno(), b""
    ended = False
    while True:
        # What it wrote last is there when it has ended, but not what others go on to write.
        ended = ended or child.poll() is not None
        ready = select.select([*readers, *([] if ended else [commands])], [], [], 0.1 if ended else 0.05)[0]
        if ended and not ready:
            break
        for stream in ready:
            if stream in readers:
                if not readers[stream].hand_on():
                    del readers[stream]
                continue
            got = os.read(commands, 65536)
            if not got:
                child.kill()
                return
            *lines, rest = (rest + got).split(b"\n")
            for line in lines:
                obey(line, child, master)
    say(code=child.wait(), restored=termios.tcgetattr(slave) == before)


main()
