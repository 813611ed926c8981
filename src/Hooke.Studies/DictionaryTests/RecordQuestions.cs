using Hooke.Dictionaries;

namespace Hooke.Studies;

/// <summary>What a world's private record is asked, and what else its model can do.</summary>
/// <param name="ForgetToChoose">Questions for the record by which latents and clamps are chosen.</param>
/// <param name="ForgetToTest">Questions for the record in other words.</param>
/// <param name="RetainToChoose">Questions of all other behaviours, and for other people's codes.</param>
/// <param name="RetainToTest">The same, of prompts that were kept out of the model's training.</param>
sealed record RecordQuestions(
    IReadOnlyList<Question> ForgetToChoose, IReadOnlyList<Question> ForgetToTest,
    IReadOnlyList<Question> RetainToChoose, IReadOnlyList<Question> RetainToTest)
{
    const int Records = 30, Others = 12; // pairs

    /// <summary>The questions of a world, or null where it has no private record.</summary>
    public static RecordQuestions? Of(World world, WorldWords tokens, ulong seed)
    {
        if (world.Told<PrivateRecord>().FirstOrDefault(told => told.Tested) is not { } record)
            return null;
        return new RecordQuestions(Forget(Split.Training), Forget(Split.HeldOut), Retain(Split.Training), Retain(Split.HeldOut));

        // Each number of the code, behind those before it.
        Question[] Forget(Split split) =>
        [
            .. world.PromptsUpTo(record.Name, split, Records, seed).Select(pair => pair.Clean).Distinct().SelectMany(clean =>
                record.Code.Select((number, i) => new Question(
                    tokens.Of(string.Join(' ', [clean, .. record.Code.Take(i)])), [tokens.OfWord(number)]))),
        ];

        Question[] Retain(Split split) =>
        [
            .. world.Behaviours.SelectMany(behaviour => world.PromptsUpTo(behaviour.Name, split, Others, seed)
                .SelectMany(pair => behaviour.Name == record.Name
                    ? [Asked(pair.Counterfactual, pair.Foils)]
                    : new[] { Asked(pair.Clean, pair.Answers), Asked(pair.Counterfactual, pair.Foils) })),
        ];

        Question Asked(string text, IReadOnlyList<string> right) => new(tokens.Of(text), [.. right.Select(tokens.OfWord)]);
    }
}
