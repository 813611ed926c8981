using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>What was found of two-step facts.</summary>
public sealed record TwoStepResult
{
    /// <summary>What was asked.</summary>
    public required TwoStepRequest Request { get; init; }

    /// <summary>The latents of each thing on the way.</summary>
    public required ViaGroups Groups { get; init; }

    /// <summary>How many held-out prompts there were.</summary>
    public required int Prompts { get; init; }

    /// <summary>The prompts that the model answers right.</summary>
    public required IReadOnlyList<TwoStepCase> Cases { get; init; }

    /// <summary>How strongly latents were injected, as chosen on training prompts.</summary>
    public required double Factor { get; init; }

    /// <summary>Share of prompts whose pruned graph has a node of the right group.</summary>
    public required Estimate Contained { get; init; }

    /// <summary>
    /// Share of prompts whose pruned graph gives the right group more influence, each latent's times its selectivity, than any
    /// other group.
    /// </summary>
    public required Estimate Leading { get; init; }

    /// <summary>Control: share of prompts whose pruned graph has a node of one wrong group, drawn for each.</summary>
    public required Estimate WrongContained { get; init; }

    /// <summary>Share of prompts whose answer is another once the right group is suppressed.</summary>
    public required Estimate Suppressed { get; init; }

    /// <summary>Share of prompts whose answer becomes the injected one's, the right group being suppressed.</summary>
    public required Estimate Steered { get; init; }

    /// <summary>Control: the same with as many random latents injected, as strongly, where the others were.</summary>
    public required Estimate RandomSteered { get; init; }
}

/// <summary>One held-out prompt.</summary>
/// <param name="Tokens">The prompt.</param>
/// <param name="Via">What lies on its way.</param>
/// <param name="Nodes">Nodes of the right group in the pruned graph.</param>
/// <param name="Influence">Their share of all influence.</param>
/// <param name="Leads">Whether no other group has as much, each latent's influence times its selectivity for the group.</param>
/// <param name="WrongNodes">Nodes of one wrong group, the one that is injected below.</param>
/// <param name="Injected">What was injected.</param>
/// <param name="AnswerWithout">The model's answer once the right group is suppressed.</param>
/// <param name="AnswerSteered">Its answer once the other is injected too.</param>
/// <param name="IsSuppressed">Whether the answer is another then.</param>
/// <param name="IsSteered">Whether it is the injected one's.</param>
/// <param name="IsRandomSteered">Whether random latents do the same.</param>
public sealed record TwoStepCase(
    IReadOnlyList<int> Tokens, string Via, int Nodes, double Influence, bool Leads, int WrongNodes, string Injected,
    int AnswerWithout, int AnswerSteered, bool IsSuppressed, bool IsSteered, bool IsRandomSteered);
