using Hooke.Circuits;
using Hooke.Evidence;
using Hooke.Models;

namespace Hooke.Studies;

/// <summary>What an investigation says in words.</summary>
sealed class InvestigationWording(
    InvestigationRequest request, Model model, ComponentGraph graph, InvestigationPrompts prompts, Circuit circuit)
{
    public const string Metric = "logit difference (nats)";

    public string Sentence => $"In {Name}, {Words.Count(circuit.Count, "edge")} among {circuit.Members.Count} of "
        + $"{graph.Senders.Count - 1} heads and MLPs carry the behaviour: {prompts.Name}";

    string Name =>
        Path.GetFileName(Path.TrimEndingDirectorySeparator(request.ModelFolder)) is { Length: > 0 } name ? name : "the model";

    public Coverage Coverage() => new()
    {
        ModelName = $"{Name} ({model.Config.Family})",
        ModelVersion = $"weights SHA-256 {ModelIdentities.Weights(request.ModelFolder)[..16]}",
        ModelSize = $"{model.Config.ParameterCount:N0} parameters, {model.Config.NLayers} layers of "
            + $"{model.Config.NHeads} heads, d_model {model.Config.DModel}",
        Site = "outputs of heads (attn.hook_result) and MLPs (hook_mlp_out), "
            + "read at hook_q_input, hook_k_input, hook_v_input, hook_mlp_in and the final residual stream",
        Prompts = prompts.Distribution,
        Method = $"EAP-IG on inputs, {request.Steps} steps, "
            + "then greedy growth from the logits to a faithfulness of 0.9 and removal of every edge that is not needed for it",
        SparseCoder = "none used",
        Graph = $"{graph.Senders.Count} components that write, {graph.Receivers.Count} inputs that read, "
            + $"{graph.Edges.Count} edges, the same at all positions",
        Intervention = "edges outside the circuit carry what they carry on the counterfactual prompt",
        Metric = $"{Metric}: mean logit of the answers less mean logit of the foils at the last token",
        NotTested =
        [
            "Paraphrases and adversarial prompts were not tried.",
            "Edges were not told apart by position.",
            "What the components compute was not looked into: the claim is where, not how.",
        ],
        KeepsBehaviour = "raw checkpoint, nothing folded or centred; the whole graph gives the model's own logits up to rounding",
        Access = "whoever has the model's folder: the prompts and every number are in the dossier or made again by its command",
        LookAgain = "when the SHA-256 of weights, config or tokenizer changes, or the prompts do",
    };

    public IReadOnlyList<string> Notes()
    {
        List<string> notes =
        [
            "Every random circuit has as many edges as the found one, drawn as whole paths from input to logits.",
            "The patching maps by position are of one prompt pair, the first that the circuit was tested on; "
                + "the map of heads is over all of them.",
        ];
        if (!prompts.HeldOut)
            notes.Add("One prompt pair says nothing about other prompts: the circuit was found and tested on the same pair, "
                + "so nothing here can support more than a guess.");
        return notes;
    }
}
