import harmont as hm

from datetime import timedelta


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label='a', cache=hm.CacheForever(env_keys=('A',))), hm.sh('make b', label='b', cache=hm.CacheTTL(duration=timedelta(minutes=1))), hm.sh('make c', label='c', cache=hm.CacheOnChange(paths=('one',))), hm.sh('make d', label='d', cache=hm.CacheCompose(policies=(hm.CacheForever(), hm.CacheNone())))]
