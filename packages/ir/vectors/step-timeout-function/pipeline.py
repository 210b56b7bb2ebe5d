import harmont as hm

from datetime import timedelta


@hm.pipeline("vec")
def ci():
    return [hm.timeout('90s', hm.timeout(timedelta(minutes=1), hm.sh('make a', label='a', timeout='2h')).sh('make b', label='b'))]
