package dev.tarn.cli;

import dev.tarn.config.ImageJob;
import dev.tarn.oci.ImageName;

/// One image that a job has the mirror pull, for one platform.
record Errand(ImageJob job, ImageName image, String platform, Round round) {

    /// All errands of a job that fell due together. They are run by one thread.
    static final class Round {

        private int left;
        private boolean isGood = true;

        Round(int errands) {
            left = errands;
        }

        /// One of them has ended.
        void end(boolean isGoodToo) {
            left--;
            isGood &= isGoodToo;
        }

        boolean isOver() {
            return left == 0;
        }

        /// Whether all that have ended went well.
        boolean isGood() {
            return isGood;
        }
    }
}
