using System.Text.Json.Nodes;
using Hooke.Circuits;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>The prompts of an investigation: some to find the circuit on, others to test it on.</summary>
/// <param name="Pairs">All pairs as text, those of the discovery first.</param>
/// <param name="Discovery">What the circuit is found on.</param>
/// <param name="Test">What it is tested on.</param>
/// <param name="HeldOut">Whether the two are different.</param>
/// <param name="Name">The behaviour in words.</param>
/// <param name="Distribution">What the prompts are a sample of, in words.</param>
sealed record InvestigationPrompts(
    IReadOnlyList<PromptPair> Pairs, PromptSet Discovery, PromptSet Test, bool HeldOut, string Name, string Distribution)
{
    /// <summary>SHA-256 of all prompts, answers and foils.</summary>
    public string Identity => Evidence.Identity.OfJson(new JsonArray([.. Pairs.Select(pair => (JsonNode)new JsonObject
    {
        ["clean"] = pair.Clean,
        ["counterfactual"] = pair.Counterfactual,
        ["answers"] = new JsonArray([.. pair.Answers.Select(a => (JsonNode)a)]),
        ["foils"] = new JsonArray([.. pair.Foils.Select(f => (JsonNode)f)]),
    })]));

    /// <summary>The pairs that the circuit is tested on.</summary>
    public IReadOnlyList<PromptPair> TestPairs => [.. Pairs.Skip(Pairs.Count - Test.Count)];

    /// <summary>The prompts that a request asks for.</summary>
    /// <exception cref="InputException">
    /// A pair's lengths differ, an answer is not one token, or there is no such behaviour.
    /// </exception>
    public static InvestigationPrompts Of(InvestigationRequest request, Model model) => request switch
    {
        { Pair: { } pair, Behaviour: null } => OfPair(pair, model.Tokenizer),
        { Behaviour: { } behaviour, Pair: null } => OfBehaviour(request, behaviour, model.Tokenizer),
        _ => throw new InputException("name either a behaviour or a prompt with its counterfactual, answer and foil"),
    };

    static InvestigationPrompts OfPair(AskedPair asked, Tokenizer tokenizer)
    {
        PromptPair pair = new(asked.Prompt, asked.Counterfactual, [asked.Answer], [asked.Foil]);
        PromptSet set = EncodedPrompts.Of([pair], tokenizer);
        string name = $"'{asked.Answer}' rather than '{asked.Foil}' after \"{asked.Prompt}\"";
        return new([pair], set, set, HeldOut: false, name, "one prompt pair of the user's own");
    }

    static InvestigationPrompts OfBehaviour(InvestigationRequest request, string behaviour, Tokenizer tokenizer)
    {
        World world = TinyworldFolder.LoadWorld(request.ModelFolder);
        IReadOnlyList<PromptPair> found = world.PromptsUpTo(behaviour, Split.Training, request.Prompts, request.Seed);
        IReadOnlyList<PromptPair> tested = world.PromptsUpTo(behaviour, Split.HeldOut, request.Prompts, request.Seed);
        return new(
            [.. found, .. tested], EncodedPrompts.Of(found, tokenizer), EncodedPrompts.Of(tested, tokenizer),
            HeldOut: true, behaviour,
            $"world '{world.Name}' (seed {world.Seed}), behaviour {behaviour}: {found.Count} pairs like the training "
            + $"text to find the circuit, {tested.Count} pairs kept out of training to test it, drawn with seed {request.Seed}");
    }
}
