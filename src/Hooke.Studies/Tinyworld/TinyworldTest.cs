using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>How well a model does one behaviour on prompts that were kept out of training.</summary>
/// <param name="Behaviour">Its name.</param>
/// <param name="Prompts">Number of prompts, clean and counterfactual.</param>
/// <param name="Accuracy">Share of prompts whose likeliest next word of the whole vocabulary is a right one.</param>
/// <param name="LogitDifference">Mean logit of right words less that of wrong ones, in nats.</param>
public sealed record BehaviourScore(string Behaviour, int Prompts, double Accuracy, double LogitDifference);

/// <summary>Tests a model of a world on held-out prompts of every behaviour.</summary>
public static class TinyworldTest
{
    /// <summary>The least accuracy at which a behaviour counts as learned.</summary>
    public const double LeastAccuracy = 0.95;

    /// <summary>The least share of the accuracy, on average, that a dictionary in place of activations should keep.</summary>
    public const double LeastKept = 0.9;

    const ulong Seed = 20_26;

    /// <summary>Scores every behaviour of the world, in the world's order.</summary>
    /// <param name="model">A model with the world's words.</param>
    /// <param name="world">The world.</param>
    /// <param name="pairs">Prompt pairs of each behaviour; fewer where the world has fewer.</param>
    /// <param name="splice">A dictionary in place of activations, without error terms; null for the model as it is.</param>
    public static IEnumerable<BehaviourScore> Run(Model model, World world, int pairs = 100, Splice? splice = null) =>
        world.Behaviours.Select(behaviour =>
            Score(model, behaviour.Name, world.PromptsUpTo(behaviour.Name, Split.HeldOut, pairs, Seed), splice));

    static BehaviourScore Score(Model model, string behaviour, IReadOnlyList<PromptPair> pairs, Splice? splice)
    {
        int[] Ids(IReadOnlyList<string> words) => [.. words.Select(word => model.Tokenizer.IdOf(word)
            ?? throw new InputException($"the model's tokenizer has no word '{word}': it is of another world"))];
        (string Text, int[] Right, int[] Wrong)[] prompts =
        [
            .. pairs.Select(p => (p.Clean, Ids(p.Answers), Ids(p.Foils))),
            .. pairs.Select(p => (p.Counterfactual, Ids(p.Foils), Ids(p.Answers))),
        ];
        TokenBatch tokens = new([.. prompts.Select(p => model.Tokenizer.Encode(p.Text))]);
        using Run run = splice?.Run(tokens) ?? model.Run(tokens, new Plan { LastLogitsOnly = true });
        int correct = 0;
        double difference = 0;
        for (int i = 0; i < prompts.Length; i++)
        {
            float[] logits = run.LastLogits(i).ToArray();
            correct += prompts[i].Right.Contains(run.Top(1, i)[0].Token) ? 1 : 0;
            difference += prompts[i].Right.Average(id => logits[id]) - prompts[i].Wrong.Average(id => logits[id]);
        }
        return new(behaviour, prompts.Length, (double)correct / prompts.Length, difference / prompts.Length);
    }
}
