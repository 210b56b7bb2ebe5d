# Helpers of every abuse. An abuse prints `done` or `refused` once it has taken all it can get.
import ctypes, errno, fcntl, hashlib, os, resource, select, signal, socket, struct, subprocess, sys, threading, time

libc = ctypes.CDLL(None, use_errno=True)

def say(word):
    os.write(1, (word + '\n').encode())

def done():
    """Reports that nothing was refused, and keeps everything while a neighbour runs."""
    say('done')
    pause()

def refused(why):
    say(f'refused: {why}')
    pause()

def pause():
    time.sleep(1000)

def check(result):
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result

def trying(action):
    """Runs the action to the end, or reports its error as `refused`."""
    try:
        action()
    except (OSError, RuntimeError) as error:
        refused(error)

def as_users(count, action):
    """Runs the action as `count` users, who keep what they took. Reports `refused` if any of them failed."""
    heard, told = os.pipe()
    for user in range(count):
        if os.fork() == 0:
            os.setuid(1000 + user)
            try:
                action(user)
                os.write(told, b'+')
            except OSError:
                os.write(told, b'-')
            pause()
    words = b''.join(os.read(heard, 1) for _ in range(count))
    done() if b'-' not in words else refused(words)

def repeat(action):
    """Repeats the action in four processes until the sandbox ends."""
    for _ in range(4):
        if os.fork() == 0:
            while True:
                action()
    done()

say('begun')
