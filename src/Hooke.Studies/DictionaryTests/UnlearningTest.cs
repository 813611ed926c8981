using System.Globalization;
using Hooke.Dictionaries;
using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>Can the private record be forgotten by clamping latents, and everything else be kept?</summary>
/// <remarks>
/// Latents and clamps are chosen on other prompts than those that the score is of: the setting that leaves the fewest right
/// answers of those that keep 0.99 of the others' accuracy; none, where no setting does.
/// </remarks>
sealed class UnlearningTest(RecordQuestions questions, ulong seed) : DictionaryTest(seed)
{
    const double LeastKept = 0.99;

    static readonly ClampSetting[] Settings =
    [
        .. from share in new[] { 0.001, 0.01 }
           from latents in new[] { 1, 5, 20 }
           from multiplier in new[] { 0.0, 2, 8, 32 }
           select new ClampSetting(share, latents, multiplier),
    ];

    /// <inheritdoc/>
    public override string Name => "unlearning";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Run(LatentPlace place)
    {
        ClampSetting? chosen;
        string note;
        Unlearning unlearning;
        using (Asked forget = new(place, questions.ForgetToChoose), retain = new(place, questions.RetainToChoose))
        {
            unlearning = new Unlearning(place, forget.Runs, retain.Runs);
            chosen = Choose(unlearning, forget, retain);
            note = chosen is null ? "nothing clamped: no setting forgets more and keeps the others"
                : Described(unlearning, chosen);
        }
        using Asked forgotten = new(place, questions.ForgetToTest), kept = new(place, questions.RetainToTest);
        yield return Share("record forgotten", forgotten.Right(unlearning, chosen).Select(right => !right), note);
        yield return Share("others still right", kept.Right(unlearning, chosen), note);
    }

    /// <inheritdoc/>
    public override IEnumerable<Finding> RunWhole(LatentPlace place)
    {
        using Asked forgotten = new(place, questions.ForgetToTest), kept = new(place, questions.RetainToTest);
        Unlearning none = new(place, forgotten.Runs, kept.Runs);
        yield return Share("record forgotten", forgotten.Right(none, null).Select(right => !right), null);
        yield return Share("others still right", kept.Right(none, null), null);
    }

    static ClampSetting? Choose(Unlearning unlearning, Asked forget, Asked retain)
    {
        double least = LeastKept * Accuracy(retain.Right(unlearning, null)), best = Accuracy(forget.Right(unlearning, null));
        ClampSetting? chosen = null;
        foreach (ClampSetting setting in Settings.Where(setting => unlearning.Chosen(setting).Count > 0))
            if (Accuracy(forget.Right(unlearning, setting)) is var left && left < best
                && Accuracy(retain.Right(unlearning, setting)) >= least)
                (best, chosen) = (left, setting);
        return chosen;
    }

    static string Described(Unlearning unlearning, ClampSetting setting) => string.Create(CultureInfo.InvariantCulture,
        $"{Words.Count(unlearning.Chosen(setting).Count, "latent")} clamped to −{setting.Multiplier} × their mean, "
        + $"none of them active at more than {setting.MostRetained} of other tokens");

    static double Accuracy(bool[] right) => right.Count(r => r) / (double)right.Length;

    Finding Share(string what, IEnumerable<bool> right, string? note) =>
        new Finding(what, null, Mean(right.Select((r, i) => new Weighed("", $"{i}", r ? 1 : 0)))) { Note = note };

    /// <summary>Questions with plain runs of their prompts.</summary>
    sealed class Asked(LatentPlace place, IReadOnlyList<Question> questions) : IDisposable
    {
        public IReadOnlyList<PlainRun> Runs { get; } = place.Plain([.. questions.Select(question => question.Tokens)]);

        public bool[] Right(Unlearning unlearning, ClampSetting? setting) => unlearning.Answers(Runs, questions, setting);

        public void Dispose()
        {
            foreach (PlainRun run in Runs)
                run.Dispose();
        }
    }
}
