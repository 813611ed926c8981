using Hooke.Tensors;

namespace Hooke.Models.Tests.Tokens.Chat;

/// <summary>The prompts of the common families, as their formats are documented.</summary>
public sealed class ChatFamilyTests
{
    public static TheoryData<string, string, string> Formats => new()
    {
        { "ChatML", FamilyTemplates.ChatMl,
            "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n Hi <|im_end|>\n<|im_start|>assistant\nHello.<|im_end|>\n"
            + "<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n" },
        { "Qwen", FamilyTemplates.Qwen,
            "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n Hi <|im_end|>\n<|im_start|>assistant\nHello.<|im_end|>\n"
            + "<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n" },
        { "Llama 3", FamilyTemplates.Llama3,
            "<s><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
            + "<|start_header_id|>assistant<|end_header_id|>\n\nHello.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nBye<|eot_id|>"
            + "<|start_header_id|>assistant<|end_header_id|>\n\n" },
        { "Llama 2", FamilyTemplates.Llama2,
            "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\n Hi [/INST] Hello. </s><s>[INST] Bye [/INST]" },
        { "Zephyr", FamilyTemplates.Zephyr,
            "<|system|>\nBe brief.</s>\n<|user|>\n Hi </s>\n<|assistant|>\nHello.</s>\n<|user|>\nBye</s>\n<|assistant|>\n" },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_conversation_is_written_in_the_format_of_the_family(string family, string template, string text) =>
        Assert.Equal((family, text), (family, ChatText.Render(template, ChatText.Talk).Text));

    [Fact]
    public void Families_without_a_system_role_say_so_and_write_the_rest()
    {
        Assert.Equal("<s><start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\nHello.<end_of_turn>\n<start_of_turn>user\nBye"
            + "<end_of_turn>\n<start_of_turn>model\n", ChatText.Render(FamilyTemplates.Gemma, ChatText.Talk[1..]).Text);
        Assert.Equal("<s>[INST]  Hi [/INST] Hello.</s>[INST] Bye[/INST]",
            ChatText.Render(FamilyTemplates.Mistral, ChatText.Talk[1..]).Text);
        Assert.Contains("line 1: the template refuses these messages: System role not supported.", Refusal(FamilyTemplates.Gemma),
            StringComparison.Ordinal);
        Assert.Contains("line 8: the template refuses these messages: Only user and assistant roles are supported, not system.",
            Refusal(FamilyTemplates.Mistral), StringComparison.Ordinal);
        Assert.Contains("must alternate", Refusal(FamilyTemplates.Llama2, [.. ChatText.Asked, .. ChatText.Asked]),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_generation_prompt_the_text_ends_with_the_last_message()
    {
        string with = ChatText.Render(FamilyTemplates.ChatMl, ChatText.Talk).Text;
        string without = ChatText.Render(FamilyTemplates.ChatMl, ChatText.Talk, addGenerationPrompt: false).Text;
        Assert.Equal(with, without + "<|im_start|>assistant\n");
    }

    [Fact]
    public void Thinking_is_left_out_of_earlier_answers_and_switched_off_by_a_variable()
    {
        ChatMessage[] talk = [.. ChatText.Asked, new("assistant", "<think>\nhm\n</think>\n\nYes"), new("user", "Sure?")];
        ChatOptions quick = new() { Variables = new Dictionary<string, System.Text.Json.JsonElement> { ["enable_thinking"] = False } };
        Assert.Equal("<|im_start|>system\nYou are helpful.<|im_end|>\n<|im_start|>user\nHi there<|im_end|>\n<|im_start|>assistant\nYes"
            + "<|im_end|>\n<|im_start|>user\nSure?<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
            ChatText.Render(FamilyTemplates.Qwen, talk, options: quick).Text);
    }

    [Fact]
    public void Special_tokens_are_found_in_the_text_and_no_second_begin_of_text_is_put_before_it()
    {
        ChatPrompt prompt = ChatText.Render(FamilyTemplates.Llama3, [new("user", "Hi")]);
        Tokenizer tokenizer = ChatText.Folder(Tokenizer.Load);
        Assert.Equal(["<s>", "<|start_header_id|>", "user", "<|end_header_id|>", "\n", "\n", "Hi", "<|eot_id|>"],
            prompt.Ids.Take(8).Select(tokenizer.TokenText));
        Assert.Equal(1, prompt.Ids.Count(id => id == tokenizer.IdOf("<s>")));
        Assert.Equal(tokenizer.Encode(prompt.Text, addSpecialTokens: false), prompt.Ids);
        Assert.Equal(prompt.Text, tokenizer.Decode(prompt.Ids, skipSpecialTokens: false));
        Assert.Equal(prompt.Text, string.Concat(prompt.Tokens.Select(token => prompt.Text[token.Start..token.End])));
    }

    static System.Text.Json.JsonElement False => System.Text.Json.JsonDocument.Parse("false").RootElement;

    static string Refusal(string template, ChatMessage[]? messages = null) =>
        Assert.Throws<InputException>(() => ChatText.Render(template, messages ?? ChatText.Talk)).Message;
}
