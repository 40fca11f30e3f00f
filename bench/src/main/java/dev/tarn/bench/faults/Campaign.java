package dev.tarn.bench.faults;

import java.io.IOException;
import java.util.List;

/// One kind of fault, done to a running Tarn many times.
interface Campaign {

    String name();

    String what();

    /// Does it, and writes down what came of it in the ground's tally.
    void run(Ground ground) throws IOException;

    static List<Campaign> all() {
        return List.of(
                new KillCampaign(),
                new PowerCutCampaign(),
                new SyscallCampaign(),
                new WriteErrorCampaign(),
                new FullDiskCampaign(),
                new RotCampaign(),
                new ReadErrorCampaign(),
                new IndexCampaign(),
                new DriftCampaign(),
                new LyingUpstreamCampaign(),
                new FlakyUpstreamCampaign(),
                new DeadUpstreamCampaign(),
                new HerdCampaign(),
                new LeaveCampaign(),
                new SlowReaderCampaign(),
                new EvictionCampaign(),
                new DescriptorCampaign(),
                new ClockCampaign(),
                new DrainCampaign(),
                new CrowdCampaign(),
                new SoakCampaign());
    }
}
