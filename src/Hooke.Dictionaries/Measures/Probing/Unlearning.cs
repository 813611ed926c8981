namespace Hooke.Dictionaries;

/// <summary>How latents are clamped to make a model forget.</summary>
/// <param name="MostRetained">Latents that fire on a larger share of the retained tokens are left alone.</param>
/// <param name="Latents">How many of the others are clamped, those that fire on most of the tokens to forget.</param>
/// <param name="Multiplier">
/// Where one fires it is set to minus this times its mean where it fires on the tokens to forget.
/// </param>
public sealed record ClampSetting(double MostRetained, int Latents, double Multiplier);

/// <summary>A prompt and the tokens that are right after it.</summary>
/// <param name="Tokens">The prompt.</param>
/// <param name="Right">Right next tokens.</param>
public sealed record Question(IReadOnlyList<int> Tokens, IReadOnlyList<int> Right);

/// <summary>How often latents fire.</summary>
/// <param name="Shares">The share of tokens at which each latent is active.</param>
/// <param name="Means">Its mean where it is; 0 where it never is.</param>
public sealed record LatentActivity(IReadOnlyList<double> Shares, IReadOnlyList<double> Means)
{
    /// <summary>Over all tokens of some runs.</summary>
    public static LatentActivity Of(IReadOnlyList<PlainRun> runs)
    {
        int nLatents = runs[0].Latents.NLatents, tokens = 0;
        double[] counts = new double[nLatents], sums = new double[nLatents];
        foreach (PlainRun run in runs)
            foreach (int row in run.Rows)
            {
                tokens++;
                ReadOnlySpan<int> active = run.Latents.LatentsOf(row);
                for (int at = 0; at < active.Length; at++)
                    (counts[active[at]], sums[active[at]]) =
                        (counts[active[at]] + 1, sums[active[at]] + run.Latents.ValuesOf(row)[at]);
            }
        return new([.. counts.Select(count => count / tokens)], [.. counts.Zip(sums, (n, sum) => n > 0 ? sum / n : 0)]);
    }
}

/// <summary>Unlearning: clamps latents that fire on what is to be forgotten and hardly elsewhere.</summary>
/// <remarks>Sources: Farrell et al. 2024, arXiv:2410.19278; SAEBench's unlearning.</remarks>
public sealed class Unlearning
{
    readonly LatentPlace _place;
    readonly LatentActivity _forget, _retain;

    /// <summary>Chooses latents by two texts.</summary>
    /// <param name="place">The coder in its model.</param>
    /// <param name="forget">Runs of what is to be forgotten.</param>
    /// <param name="retain">Runs of what is to be kept.</param>
    public Unlearning(LatentPlace place, IReadOnlyList<PlainRun> forget, IReadOnlyList<PlainRun> retain) =>
        (_place, _forget, _retain) = (place, LatentActivity.Of(forget), LatentActivity.Of(retain));

    /// <summary>The latents that a setting clamps, most active first; fewer than it says where fewer are sparse enough.</summary>
    public IReadOnlyList<int> Chosen(ClampSetting setting) =>
    [
        .. Enumerable.Range(0, _forget.Shares.Count)
            .Where(i => _forget.Shares[i] > 0 && _retain.Shares[i] <= setting.MostRetained)
            .OrderByDescending(i => _forget.Shares[i]).Take(setting.Latents),
    ];

    /// <summary>For each question whether the likeliest next token of the whole vocabulary is a right one.</summary>
    /// <param name="runs">Plain runs of the questions' prompts.</param>
    /// <param name="questions">The questions, in the order of the runs.</param>
    /// <param name="setting">How latents are clamped; null for not at all.</param>
    public bool[] Answers(IReadOnlyList<PlainRun> runs, IReadOnlyList<Question> questions, ClampSetting? setting)
    {
        float[] clamps = new float[_forget.Shares.Count];
        bool[] chosen = new bool[clamps.Length];
        foreach (int latent in setting is null ? [] : Chosen(setting))
            (chosen[latent], clamps[latent]) = (true, -(float)(setting!.Multiplier * _forget.Means[latent]));
        List<bool> right = [];
        foreach (PlainRun plain in runs)
        {
            SparseLatents before = plain.Latents.Select((i, value) => chosen[i] && value > 0 ? value : 0);
            if (before.Count == 0)
            {
                Read(plain.Run);
                continue;
            }
            using Models.Run run = _place.Run(plain, before, before.Select((i, _) => clamps[i]));
            Read(run);
        }
        return [.. right];

        void Read(Models.Run run)
        {
            for (int i = 0; i < run.Tokens.Count; i++)
                right.Add(questions[right.Count].Right.Contains(Likeliest(run.LastLogits(i))));
        }
    }

    static int Likeliest(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
            if (logits[i] > logits[best])
                best = i;
        return best;
    }
}
