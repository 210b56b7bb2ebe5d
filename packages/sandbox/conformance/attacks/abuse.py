# Helpers of every abuse. It prints `done` or `refused` once it has taken all it can get.
import ctypes, errno, fcntl, hashlib, os, resource, select, signal, socket, struct, subprocess, sys, threading, time

libc = ctypes.CDLL(None, use_errno=True)

def say(word):
    os.write(1, (word + '\n').encode())

def done():
    """It was let do all that it wanted; it keeps it for as long as a neighbour may take."""
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
    """Runs it to the end, or says what refused it."""
    try:
        action()
    except (OSError, RuntimeError) as error:
        refused(error)

def as_users(count, action):
    """Lets so many users act, who keep what they get; it was refused when it was to one of them."""
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
    """In four processes, for as long as the sandbox is there."""
    for _ in range(4):
        if os.fork() == 0:
            while True:
                action()
    done()

say('begun')
