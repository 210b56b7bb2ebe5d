import harmont as hm

ir = hm.pipeline([hm.sh('make a', label='a', cache=hm.forever(), env={'B': 2})], env={'A': 1}, timeout=60)
