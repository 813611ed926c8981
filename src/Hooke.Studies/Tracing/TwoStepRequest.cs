using Hooke.Circuits;

namespace Hooke.Studies;

/// <summary>What a study of two-step facts is asked.</summary>
public sealed record TwoStepRequest
{
    /// <summary>The behaviour: a two-step fact of the world that the model was trained on.</summary>
    public string Behaviour { get; init; } = "two-step";

    /// <summary>
    /// When a latent counts as one of something on the way: of these the first with which enough training prompts follow.
    /// </summary>
    public IReadOnlyList<ViaRule> Rules { get; init; } = [new(0.4), new(0.3), new(0.2), new(0.15), new(0.1)];

    /// <summary>The most prompts that are traced, of those kept out of training.</summary>
    public int Prompts { get; init; } = 200;

    /// <summary>Influence that kept nodes have.</summary>
    public double NodeThreshold { get; init; } = 0.8;

    /// <summary>Influence that kept edges have.</summary>
    public double EdgeThreshold { get; init; } = 0.98;

    /// <summary>
    /// How many times their mean activation latents are injected with: the smallest with which enough training prompts follow.
    /// </summary>
    public IReadOnlyList<double> Factors { get; init; } = [1, 1.5, 2, 3, 4, 6];

    /// <summary>How many training prompts rule and factor are chosen on.</summary>
    public int ChoicePrompts { get; init; } = 48;

    /// <summary>The share of those prompts that is enough; where no choice reaches it, the best one is taken.</summary>
    public double Enough { get; init; } = 0.9;

    /// <summary>What is held while latents are changed.</summary>
    public LatentRules Held { get; init; } = LatentRules.Unfrozen;

    /// <summary>Prompts, and what is injected, follow from it.</summary>
    public ulong Seed { get; init; } = 1;
}
