import harmont as hm

from datetime import timedelta


@hm.pipeline("vec")
def ci():
    return [hm.sh('make 0', label='s0', cache=hm.ttl('90s', env_keys=['A'])), hm.sh('make 1', label='s1', cache=hm.ttl('1h30m', env_keys=['A'])), hm.sh('make 2', label='s2', cache=hm.ttl('1d', env_keys=['A'])), hm.sh('make 3', label='s3', cache=hm.ttl('2d3h4m5s', env_keys=['A'])), hm.sh('make 4', label='s4', cache=hm.ttl(timedelta(seconds=45)))]
