import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.apt_base(packages=['git', 'curl']), hm.apt_base(packages=['jq'], image='debian:12', label='tools', refresh='2h').sh('make a', label='a')]
