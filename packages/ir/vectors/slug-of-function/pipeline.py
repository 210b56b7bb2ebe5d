import harmont as hm


@hm.pipeline()
def nightly_build():
    return hm.sh('make a', label='a')
