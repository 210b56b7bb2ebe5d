import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label='a', when=hm.when(local=False, env={'DEPLOY': ['yes', '1']}, changed=['src/**'], tag='v*', base_branch=['rel/*'], branch='main', event=['push', 'manual']))]
